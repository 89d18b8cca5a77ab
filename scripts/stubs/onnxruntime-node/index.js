// The browser build never loads the native runtime; this stub keeps its 300 MB out of the install. See docs/dependencies.md.
export default {};
