// Loaded before the compute process (NODE_OPTIONS=--require): it hangs over the first files that it is to classify, as in a
// native call that never returns, once its id is written to the file that HANG_SAYS names. Only the first process does.
const { existsSync, writeFileSync } = require('node:fs');

const says = process.env.HANG_SAYS;
const add = process.on;

process.on = function on(event, listener) {
  if (event !== 'message' || process.send === undefined || says === undefined) return add.call(this, event, listener);
  return add.call(this, event, (message) => {
    if (message.method === 'classify' && message.params.files.length > 0 && !existsSync(says)) {
      writeFileSync(says, String(process.pid));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    listener(message);
  });
};
