/*
 * Nextflow re-runs a task when its inputs, its script text or the executable named in it have changed, but not when
 * only a Python module has that the executable imports. So each process takes the version of its code as an input.
 */

// The modules of the library that a Python source imports: "from attentome.sites import read_sites" -> ['sites']
def imported_modules(source) {
    def dotted = source.findAll(/(?m)^\s*(?:from|import)\s+attentome\.(\w+)/) { match -> match[1] }
    def listed = source.findAll(/(?m)^\s*from\s+attentome\s+import\s+(\([^)]*\)|[^\n#]*)/) { match -> match[1] }
    return (dotted + listed.collectMany { names -> names.findAll(/\w+/) } + ['__init__']).unique()
}

// A module and all that it imports, directly or not: (['heads'], []) -> ['heads', 'formats', ...]
def with_imports(library, modules, found) {
    def fresh = modules.findAll { name -> !(name in found) && library.resolve("${name}.py").exists() }
    if (!fresh) {
        return found
    }
    return with_imports(library, fresh.collectMany { name -> imported_modules(library.resolve("${name}.py").text) }, found + fresh)
}

// 'train_model.py' -> '3f9c01d27ab5': changes with that script and with every library module that it reaches
def code_version(script) {
    def main = file("${projectDir}/bin/${script}")
    if (!main.exists()) {
        return 'missing'
    }
    def library = file("${projectDir}/bin/attentome")
    def sources = with_imports(library, imported_modules(main.text), []).sort().collect { name -> library.resolve("${name}.py").text }
    return ([main.text] + sources).join('\n').digest('SHA-256').take(12)
}
