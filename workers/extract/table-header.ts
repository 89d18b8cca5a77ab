/** A header has a name in each cell, none twice, none a number; and there is something under it. */
export function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, second] = rows;
  if (!first || !second) return false;
  const names = first.map((name) => name.toLowerCase());
  return (
    names.every((name) => name !== '' && name.length <= 120 && !isNumeric(name)) && new Set(names).size === names.length
  );
}

function isNumeric(cell: string): boolean {
  return /^[-+(]?[\s$€£¥%]*\d[\d.,\s:/%-]*\)?$/.test(cell);
}
