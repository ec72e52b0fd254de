"""unpackWheel.py WHEEL FOLDER NAME...: unpacks the named entries of a wheel (a name that ends in / stands for all below it)."""
import sys
import zipfile

wheel, folder, *names = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.namelist():
        if any(entry == name or (name.endswith('/') and entry.startswith(name)) for name in names):
            archive.extract(entry, folder)
