import type { DefaultTreeAdapterTypes } from 'parse5';

export type HtmlNode = DefaultTreeAdapterTypes.Node;
export type HtmlElement = DefaultTreeAdapterTypes.Element;

export function isElement(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node;
}

export function isText(node: HtmlNode): node is DefaultTreeAdapterTypes.TextNode {
  return node.nodeName === '#text';
}

export function childrenOf(node: HtmlNode): readonly HtmlNode[] {
  return 'childNodes' in node ? node.childNodes : [];
}

export function attributeOf(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}

/** Depth first, without recursion: trees from outside may be as deep as they please. */
export function findElement(root: HtmlNode, wanted: (element: HtmlElement) => boolean): HtmlElement | undefined {
  for (const node of descendants(root)) if (isElement(node) && wanted(node)) return node;
  return undefined;
}

export function* descendants(root: HtmlNode): Generator<HtmlNode> {
  const stack: HtmlNode[] = [...childrenOf(root)].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    yield node;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child) stack.push(child);
    }
  }
}

/** All text below a node, scripts and styles left out. */
export function textOf(root: HtmlNode): string {
  let text = '';
  for (const node of descendants(root)) {
    if (
      isText(node) &&
      !(node.parentNode && isElement(node.parentNode) && /^(script|style)$/.test(node.parentNode.tagName))
    )
      text += node.value;
    else if (node.nodeName === 'br') text += '\n';
  }
  return text;
}
