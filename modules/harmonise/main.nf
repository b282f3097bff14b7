include { json ; quoted } from '../functions/parameters'

// Converts one TSS set, as its authors published it, to sites in the genome's coordinates, and records which sites were
// lost and why.
process HARMONISE {
    tag "${meta.id}"
    label 'process_single'

    input:
    // [id: 'a', format: 'auto', settings: [options: [:], contig_alias: [:], coordinate_fix: 'auto']],
    // [m9.txt, rich.txt], and the assembly old.fna ([] if the positions are on the run's own genome)
    tuple val(meta), path(files, stageAs: 'set/?/*'), path(assembly, stageAs: 'assembly/*')
    path genome
    path genome_json
    path known_sequences    // known_sequences.tsv
    val code

    output:
    tuple val(meta), path("${meta.id}.bed")            , emit: bed
    tuple val(meta), path("${meta.id}.harmonised.json"), emit: harmonised
    tuple val(meta), path("${meta.id}.losses.tsv")     , emit: losses
    path 'record.json'                                 , topic: records

    script:
    def lifted = assembly ? "--assembly ${assembly}" : ''
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(meta.settings))} > settings.json
    harmonise_sites.py --set ${meta.id} --files ${files} --format ${meta.format} --settings settings.json \\
        --genome ${genome} --genome_json ${genome_json} --known_sequences ${known_sequences} ${lifted} --out .
    """

    stub:
    """
    # code ${code}
    touch ${meta.id}.bed ${meta.id}.losses.tsv
    echo '{}' | tee ${meta.id}.harmonised.json > record.json
    """
}
