// Entry of the compute process: under Electron's utilityProcess, or forked by plain Node.
import type { FromCompute } from '#shared/compute/protocol';
import { ComputeHost } from './host';
import { watchParent } from './watchParent';

/** What Electron gives a utility process to talk through. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): void;
}

function parentPort(): ParentPort | null {
  const port: unknown = 'parentPort' in process ? process.parentPort : null;
  return typeof port === 'object' && port !== null && 'postMessage' in port ? (port as ParentPort) : null;
}

const pretrained = process.argv[2];
if (pretrained === undefined) throw new Error('The compute process needs the folder of the backbones.');

const port = parentPort();
const send = (message: FromCompute): void => {
  if (port) port.postMessage(message);
  else process.send?.(message);
};
const host = new ComputeHost(send, pretrained);
const receive = (message: unknown): void => {
  host.receive(message, () => process.exit(0));
};
if (port) {
  port.on('message', ({ data }) => {
    receive(data);
  });
} else {
  process.on('message', receive);
}
watchParent();
send({ kind: 'ready' });
