// The least an Electron program can be: what every start costs, whatever the program does.
const { app, BrowserWindow } = require('electron');

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1440, height: 900, show: false });
  window.once('ready-to-show', () => {
    window.show();
    console.log(`window usable ${Math.round(Date.now() - process.getCreationTime())} ms after the start`);
  });
  void window.loadURL('data:text/html,<title>Empty</title>');
});
