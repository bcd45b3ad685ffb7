// The generated parts of a document: what stands between `<!-- generated: NAME -->` and `<!-- end -->`.

const part = /(<!-- generated: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;

/** The document with its parts made anew. Throws for a part that is not there, on either side. */
export function withDiagrams(document, diagrams) {
  const left = new Set(Object.keys(diagrams));
  const written = document.replace(part, (_, before, name, after) => {
    if (!(name in diagrams)) throw new Error(`There is no diagram ${name}: tests/support/diagrams.cpp`);
    left.delete(name);
    const text = diagrams[name];
    const block = text.startsWith('|') ? text : `\`\`\`mermaid\n${text}\`\`\`\n`;
    return `${before}\n${block}\n${after}`;
  });
  if (left.size > 0) throw new Error(`The document has no place for ${[...left].join(', ')}.`);
  return written;
}
