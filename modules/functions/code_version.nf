/*
 * Nextflow runs a task again if its inputs, its script or the executable that the script names have changed, but not if
 * only a Python module has changed that the executable imports. Each process therefore takes the version of its code as
 * an input.
 */

// The files that one dotted name of the library can stand for, whether they exist or not, and the __init__ of every
// folder on the way: 'sites.curation' -> ['__init__', 'sites/__init__', 'sites/curation/__init__', 'sites/curation']
def files_of(dotted) {
    def steps = dotted.tokenize('.')
    def paths = (1..<steps.size() + 1).collect { depth -> steps.take(depth).join('/') }
    return ['__init__'] + paths.collect { path -> "${path}/__init__".toString() } + [paths.last()]
}

// The files of the library that a Python source can import, without their ending, whether they exist or not:
// 'from attentome.sites import curation' -> ['__init__', 'sites/__init__', 'sites', 'sites/curation', ...]
def imported_modules(source) {
    def plain = source.findAll(/(?m)^\s*(?:from|import)\s+attentome\.([\w.]+)/) { match -> match[1] }
    def listed = source.findAll(/(?m)^\s*from\s+attentome((?:\.\w+)*)\s+import\s+(\([^)]*\)|[^\n#]*)/) { match ->
        match[2].replaceAll(/(?m)#.*$|\bas\s+\w+/, '').findAll(/\w+/).collect { name -> "${match[1]}.${name}" }
    }
    return (plain + listed.flatten()).collectMany { dotted -> files_of(dotted) }.unique()
}

// Some files of the library and all files that they import, directly or not:
// (folder, ['heads/names'], []) -> ['heads/names', 'heads/__init__', ...]
def with_imports(library, modules, found) {
    def fresh = modules.findAll { name -> !(name in found) && library.resolve("${name}.py").exists() }
    if (!fresh) {
        return found
    }
    def imported = fresh.collectMany { name -> imported_modules(library.resolve("${name}.py").text) }
    return with_imports(library, imported, found + fresh)
}

// 'train_model.py' -> '3f9c01d27ab5': changes with that script and with every module of the library that it reaches
def code_version(script) {
    def main = file("${projectDir}/bin/${script}")
    if (!main.exists()) {
        return 'missing'
    }
    def library = file("${projectDir}/bin/attentome")
    def modules = with_imports(library, imported_modules(main.text), []).sort()
    def sources = modules.collect { name -> library.resolve("${name}.py").text }
    return ([main.text] + sources).join('\n').digest('SHA-256').take(12)
}
