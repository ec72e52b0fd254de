import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { CALL_CHANNEL, EVENT_CHANNEL, type Bridge } from '#shared/ipc/contract';

// The renderer has no Node; this is all it gets. Main checks the sender and the arguments of every call.
const bridge: Bridge<File> = {
  call: (name, args) => ipcRenderer.invoke(CALL_CHANNEL, name, args),
  on: (name, listener) => {
    const listen = (_event: unknown, event: unknown, value: Parameters<typeof listener>[0]): void => {
      if (event === name) listener(value);
    };
    ipcRenderer.on(EVENT_CHANNEL, listen);
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, listen);
    };
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('smearscope', bridge);
