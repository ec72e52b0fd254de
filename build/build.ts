// node build/bootstrap/typescript.mjs build/build.ts [name...]: bundles the program into dist/ (all parts but the benchmarks, or the named ones).
import { build } from 'vite';
import { configs } from './viteConfigs';

const BENCHMARKS = ['bench', 'choice', 'precision', 'training', 'epoch'];
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(configs).filter((each) => !BENCHMARKS.includes(each))) {
  const config = Object.entries(configs).find(([each]) => each === name)?.[1];
  if (!config) {
    process.stderr.write(`There is no part "${name}"; the parts are ${Object.keys(configs).join(', ')}.\n`);
    process.exit(2);
  }
  await build(config);
}
