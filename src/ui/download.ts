/** Hands a file to the browser’s downloads. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it over by then, however large it is: a download keeps what it reads.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
