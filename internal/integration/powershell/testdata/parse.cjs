// Parses each file named and prints what is in it, one JSON object a file.
const fs = require('fs')
const path = require('path')
const { Parser, Language } = require('web-tree-sitter')

async function main() {
  await Parser.init()
  const wasm = path.join(path.dirname(require.resolve('tree-sitter-powershell/package.json')), 'tree-sitter-powershell.wasm')
  const parser = new Parser()
  parser.setLanguage(await Language.load(wasm))
  for (const file of process.argv.slice(2)) {
    const found = { file, nodes: 0, errors: [], commands: [], functions: [], calls: [], types: [], redirections: [] }
    const root = parser.parse(fs.readFileSync(file, 'utf8')).rootNode
    const broken = root.hasError
    const walk = (n, parent) => {
      found.nodes++
      const type = n.type
      if (broken && (n.isError || n.isMissing)) found.errors.push(`line ${n.startPosition.row + 1}: ${n.text.slice(0, 80)}`)
      if (type === 'command_name') {
        found.commands.push(n.text)
        if (n.text === 'New-Object') {
          const rest = parent.text.slice(n.text.length).trim()
          found.types.push(rest.split(/[\s(]/)[0])
        }
      }
      if (type === 'function_name') found.functions.push(n.text)
      if (type === 'invokation_expression') {
        for (const c of n.children) if (c.type === 'member_name') found.calls.push(c.text)
      }
      if (type === 'type_literal') found.types.push(n.text.replace(/^\[|\]$/g, ''))
      if (type === 'redirection') found.redirections.push(n.text)
      for (const c of n.children) walk(c, n)
    }
    walk(root, null)
    // Something missing at a hidden place is found in no node.
    if (broken && found.errors.length === 0) found.errors.push('the grammar gives no place')
    console.log(JSON.stringify(found))
  }
}
main().catch((e) => { console.error(e); process.exit(1) })
