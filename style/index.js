import './panel.css';
import './form.css';
import './panes.css';
