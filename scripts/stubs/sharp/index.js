// The browser build never decodes images with sharp; this stub keeps its native binaries out of the install. See docs/dependencies.md.
export default {};
