import './status.css';
import './notebook.css';
