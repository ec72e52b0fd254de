// What Electron's own default_app does: takes the application's folder from the command line and starts its main.
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { app } = require('electron');

const folder = resolve(process.argv.slice(1).find((each) => !each.startsWith('-')) ?? '.');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
app.setAppPath(folder);
import(pathToFileURL(join(folder, manifest.main)).href).catch((error) => {
  console.error(error);
  process.exit(1);
});
