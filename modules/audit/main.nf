// Compares all harmonised sets with each other and with the genome: coordinates, agreement, assembly. A set on another
// assembly ends the run here.
process AUDIT {
    label 'process_single'

    input:
    path beds                               // a.bed b.bed c.bed
    path harmonised                         // a.harmonised.json b.harmonised.json c.harmonised.json
    path genome
    path genome_json
    path assemblies, stageAs: 'old/?/*', arity: '0..*'    // FASTA files of the assemblies that sets were lifted from
    path known_sequences                                  // known_sequences.tsv
    val code

    output:
    path '*.audit.json', emit: audits
    path 'audit.tsv'   , emit: table
    path 'audit.png'   , emit: png
    path 'audit.svg'   , emit: svg
    path 'record.json' , topic: records

    script:
    def others = assemblies ? "--assemblies ${assemblies.collect { fasta -> "${fasta.name}=${fasta}" }.join(' ')}" : ''
    """
    # code ${code}
    audit_sets.py --sites ${beds} --harmonised ${harmonised} --genome ${genome} --genome_json ${genome_json} \\
        --known_sequences ${known_sequences} ${others} --out .
    """

    stub:
    """
    # code ${code}
    for set in ${beds}; do echo '{}' > "\${set%.bed}.audit.json"; done
    touch audit.tsv audit.png audit.svg
    echo '{}' > record.json
    """
}
