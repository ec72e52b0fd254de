// node build/bootstrap/typescript.mjs FILE [argument...]: runs a build script written in TypeScript, which Vite transpiles. Needs the packages that set-up brings.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [file = ''] = process.argv.splice(2, 1);
await runnerImport(resolve(file), { configFile: false, logLevel: 'warn' });
