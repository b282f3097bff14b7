include { quoted } from '../parameters'

// One TSS set of any accepted format to BED6 on the genome's coordinates, with a count of what was lost.
process HARMONISE {
    tag "${meta.id}"
    label 'process_single'

    input:
    tuple val(meta), path(sites, stageAs: 'set/*')    // [id: 'a', format: 'table', options: [strand_column: 'Strand', ...]]
    path genome_json
    val code

    output:
    tuple val(meta), path("${meta.id}.bed")       , emit: bed
    tuple val(meta), path("${meta.id}.audit.json"), emit: audit
    path 'record.json'                            , topic: records

    script:
    def options = meta.options.collect { name, value -> "--${name} ${quoted(value)}" }.join(' ')
    """
    # code ${code}
    harmonise_sites.py --set ${meta.id} --file ${sites} --format ${meta.format} ${options} --genome ${genome_json} --out .
    """

    stub:
    """
    # code ${code}
    touch ${meta.id}.bed
    echo '{}' | tee ${meta.id}.audit.json > record.json
    """
}
