// Besides JupyterLab's own entry: the script of a dashboard in a window of its own, which has no JupyterLab around it.
module.exports = {
  entry: { window: { import: './lib/window/main.js', filename: 'window.js' } }
};
