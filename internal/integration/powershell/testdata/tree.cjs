// Parses each file named and prints its tree, one JSON line a file: a node is
// [type, named, start, end, children]. Levels of an expression that hold one
// child and no operator are left out, and so are comments.
const fs = require('fs')
const path = require('path')
const { Parser, Language } = require('web-tree-sitter')

const level = /^(logical|bitwise|comparison|additive|multiplicative|format|range)(_argument)?_expression$/
const single = new Set(['array_literal_expression', 'unary_expression', 'argument_expression', 'string_literal', 'integer_literal'])

function shape(n) {
  const kids = n.children.filter((c) => c.type !== 'comment')
  if (kids.length === 1 && (level.test(n.type) || single.has(n.type))) return shape(kids[0])
  return [n.type.replace('_argument_expression', '_expression'), n.isNamed ? 1 : 0, n.startIndex, n.endIndex, kids.map(shape)]
}

function broken(n) {
  if (n.isError || n.isMissing) return n
  for (const c of n.children) {
    const b = broken(c)
    if (b) return b
  }
  return null
}

async function main() {
  await Parser.init()
  const wasm = path.join(path.dirname(require.resolve('tree-sitter-powershell/package.json')), 'tree-sitter-powershell.wasm')
  const parser = new Parser()
  parser.setLanguage(await Language.load(wasm))
  for (const file of process.argv.slice(2)) {
    const root = parser.parse(fs.readFileSync(file, 'utf8')).rootNode
    if (root.hasError) {
      // Something missing at a hidden place is found in no node.
      const b = broken(root) || root
      console.log(JSON.stringify({ error: `line ${b.startPosition.row + 1}: ${b.text.slice(0, 80)}` }))
    } else {
      console.log(JSON.stringify(shape(root)))
    }
  }
}
main().catch((e) => { console.error(e); process.exit(1) })
