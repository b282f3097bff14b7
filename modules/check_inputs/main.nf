include { json ; quoted } from '../functions/parameters'

// Reports all faults of sample sheet, sets, genome, annotation and parameters at once, before any other step uses them.
process CHECK_INPUTS {
    label 'process_single'

    input:
    path sheet, stageAs: 'sheet/*'
    // [[role: 'set', row: 1, part: 1, source: 'a.bed', sha256: '', path: /data/a.bed], ...]
    val sources
    path files, stageAs: 'sources/?/*'            // sources/1/a.bed sources/2/b.gff3 ...: the sources that exist
    path provenance, stageAs: 'provenance/?/*'    // provenance/1/provenance.json ...: of the sources that were fetched
    val settings                                  // [preset: 'tiny', seed: 1, ...]
    path schema
    path known_sequences    // known_sequences.tsv
    path cut_points         // cut_points.tsv
    val code

    output:
    path 'genome.fna'    , emit: genome
    path 'genome.json'   , emit: genome_json
    path 'annotation.gff', emit: annotation
    path 'sets.json'     , emit: sets
    path 'sources.json'  , emit: sources
    path 'params.json'   , emit: settings
    path 'record.json'   , topic: records

    script:
    def there = sources
        .findAll { entry -> entry.path }
        .withIndex(1)
        .collectEntries { entry, number -> [entry, "sources/${number}/${entry.path.name}"] }
    def fetched = sources
        .findAll { entry -> entry.provenance }
        .withIndex(1)
        .collectEntries { entry, number -> [entry, "provenance/${number}/provenance.json"] }
    def staged = sources.collect { entry ->
        entry.subMap(['role', 'row', 'part', 'source']) + [staged: there[entry], provenance: fetched[entry]]
    }
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(settings))} > params.json
    printf '%s\\n' ${quoted(json(staged))} > staged.json
    check_inputs.py --sheet ${sheet ?: 'none'} --sources staged.json --params params.json --schema ${schema} \\
        --known_sequences ${known_sequences} --cut_points ${cut_points} --out .
    """

    stub:
    def found = sources
        .findAll { entry -> entry.role == 'set' }
        .collect { entry ->
            [set: entry.source.tokenize('/')[-1].tokenize('.')[0], row: entry.row, format: 'bed', assembly: null]
        }
    """
    # code ${code}
    touch genome.fna annotation.gff
    echo '{}' | tee genome.json params.json sources.json > record.json
    printf '%s\\n' ${quoted(json(found))} > sets.json
    """
}
