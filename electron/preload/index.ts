import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { CALL_CHANNEL, EVENT_CHANNEL, type Bridge } from '#shared/ipc/contract';

type Listener = (value: never) => void;

const listeners = new Map<string, Set<Listener>>();

ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, value: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(value as never);
});

// The renderer has no Node; this is all it gets. Main checks the sender and the arguments of every call.
const bridge: Bridge<File> = {
  call: (name, args) => ipcRenderer.invoke(CALL_CHANNEL, name, args),
  on: (name, listener) => {
    const following = listeners.get(name) ?? new Set();
    listeners.set(name, following.add(listener));
    return () => {
      following.delete(listener);
    };
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('smearscope', bridge);
