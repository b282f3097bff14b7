include { json ; quoted } from '../parameters'

// All faults of sample sheet, genome, annotation and parameters at once, before anything else runs.
process CHECK_INPUTS {
    label 'process_single'

    input:
    tuple path(sheet, stageAs: 'sheet/*'), path(genome, stageAs: 'genome/*'), path(annotation, stageAs: 'annotation/*')
    val rows                         // [[row: 1, file: 'set_a.bed', path: /data/set_a.bed], ...]
    path sets, stageAs: 'sets/?/*'   // sets/1/set_a.bed sets/2/set_b.gff3 ...: the rows' files that exist
    val settings                     // [preset: 'tiny', seed: 1, ...]
    path schema
    val code

    output:
    path 'genome.fna'    , emit: genome
    path 'genome.json'   , emit: genome_json
    path 'annotation.gff', emit: annotation
    path 'sets.json'     , emit: sets
    path 'params.json'   , emit: settings
    path 'record.json'   , topic: records

    script:
    def places = rows.findAll { row -> row.path }.withIndex(1).collectEntries { row, number -> [row.row, "sets/${number}/${row.path.name}"] }
    def staged = rows.collectMany { row -> [row.row, row.file, places[row.row] ?: ''] }.collect { word -> quoted(word) }.join(' ')
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(settings))} > params.json
    printf '%s\\t%s\\t%s\\n' row file staged ${staged} > staged.tsv
    check_inputs.py --sheet ${sheet ?: 'none'} --files staged.tsv --genome ${genome ?: 'none'} \\
        --annotation ${annotation ?: 'none'} --params params.json --schema ${schema} --out .
    """

    stub:
    def found = rows.collect { row -> [set: row.file.tokenize('.')[0], file: row.file, format: 'bed', row: row.row] }
    """
    # code ${code}
    touch genome.fna annotation.gff
    echo '{}' | tee genome.json params.json > record.json
    printf '%s\\n' ${quoted(json(found))} > sets.json
    """
}
