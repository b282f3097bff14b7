/*
 * The sources of a run: genome, annotation, and the sets of the sample sheet with their assemblies. Nothing is reported
 * here: CHECK_INPUTS reports what is wrong.
 */

include { existing } from './parameters'

// Sample sheet, genome and annotation (files, addresses, or [] if unset), and the folder of the sheet's files (null for
// the folder of the sheet) -> [[role: 'set', row: 1, part: 1, source: 'a.bed', sha256: '', path: /data/a.bed], ...].
// The path is null for a source that is fetched or does not exist.
def run_sources(sheet, genome, annotation, source_dir) {
    def whole = [genome: genome, annotation: annotation].findAll { _role, source -> source }.collect { role, source ->
        def name = source instanceof Path ? source.name : source.toString()
        [role: role, row: 0, part: 1, source: name, sha256: '', path: local_file(source, null)]
    }
    def folder = source_dir ? file(source_dir) : sheet ? sheet.parent : null
    def rows = sheet_rows(sheet).withIndex(1).collectMany { row, number ->
        def sums = parts(row.sha256)
        def sets = parts(row.source).findAll().withIndex(1).collect { source, part ->
            [role: 'set', row: number, part: part, source: source, sha256: sums[part - 1] ?: '',
                path: local_file(source, folder)]
        }
        def assembly = parts(row.assembly).findAll().collect { source ->
            [role: 'assembly', row: number, part: 1, source: source, sha256: '', path: local_file(source, folder)]
        }
        sets + assembly
    }
    return whole + rows
}

// 'https://example.org/a.bed' -> true, 'a.bed' -> false
def remote(source) {
    return source.toString() ==~ /(?i)(https?:\/\/|ftp:\/\/|accession:).*/
}

// A local source as a file, relative to a folder; null if it is fetched or does not exist
def local_file(source, folder) {
    if (source instanceof Path) {
        return source
    }
    return remote(source) || !source ? null : existing(folder ? folder.resolve(source) : source) ?: null
}

// The sources to fetch, each once -> [['https://example.org/a.bed', 'set', 'ab12...'], ...]
def to_fetch(sources) {
    return sources.findAll { entry -> remote(entry.source) }
        .collect { entry -> [entry.source, entry.role == 'assembly' ? 'genome' : entry.role, entry.sha256] }
        .unique()
}

// The sources with path and provenance of those that were fetched: [[source, kind, sha256, file, provenance.json], ...]
def with_fetched(sources, fetched) {
    def found = fetched.collectEntries { source, kind, sha256, path, provenance ->
        [[source, kind, sha256], [path: path, provenance: provenance]]
    }
    return sources.collect { entry -> entry + (found[to_fetch([entry])[0]] ?: [:]) }
}

// The files of one row of the sheet: ([...], 2, 'set') -> [/data/M9.tsv, /data/Rich.tsv]
def row_files(sources, row, role) {
    return sources
        .findAll { entry -> entry.role == role && entry.row == row && entry.path }
        .collect { entry -> entry.path }
}

// Sample sheet -> [[set: 'a', source: 'a.bed', ...], ...]
def sheet_rows(sheet) {
    def text = sheet && sheet.isFile() ? new String(sheet.bytes, 'UTF-8').replaceAll('[\uFEFF\u0000]', '') : ''
    def lines = text.readLines().collect { line -> fields(line) }.findAll { cells -> cells.any() }
    return lines.drop(1).collect { cells ->
        [lines[0], cells].transpose().collectEntries { name, value -> [name, value] }
    }
}

// 'a, "b,c" ,d' -> ['a', 'b,c', 'd']
def fields(line) {
    return line.findAll(/\s*("[^"]*"|[^,]*)\s*(?:,|$)/) { match -> match[1].trim().replaceAll(/^"|"$/, '') }
}

// 'M9.tsv | Rich.tsv' -> ['M9.tsv', 'Rich.tsv']
def parts(text) {
    return text ? text.split(/\|/, -1).collect { part -> part.trim() } : []
}
