// pdfjs-dist draws with this only in Node; the browser has a canvas of its own. See docs/dependencies.md.
export default {};
