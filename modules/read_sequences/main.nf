// A user's own sequences as a task: labelled, with negatives, split into training, validation and test.
process READ_SEQUENCES {
    tag "${meta.id}"
    label 'process_single'

    input:
    // [id: 'peaks'], then one of peaks.fa or peaks.bed, sites.bed and task.h5; a file that is not given is []
    tuple val(meta), path(positives, stageAs: 'positives/*'), path(sites, stageAs: 'curated/*'),
        path(hdf5, stageAs: 'hdf5/*')
    path negatives, stageAs: 'negatives/*'    // background.fa or background.bed, or []
    path classes, stageAs: 'classes/*'        // classes.tsv, or []
    path genome, stageAs: 'genome/*'          // FASTA, or []
    path genome_json, stageAs: 'genome/*'     // its description by CHECK_INPUTS, or []
    path cut_points                           // cut_points.tsv
    val settings                              // [background: 'shuffle', length: 200, split: '70/20/10', seed: 1, ...]
    val code

    output:
    tuple val(meta), path("${meta.id}"), emit: tasks
    path 'record.json', topic: records

    script:
    def files = [
        positives: positives,
        sites: sites,
        hdf5: hdf5,
        negatives: negatives,
        classes: classes,
        genome: genome,
        genome_json: genome_json,
    ]
    def given = files.findAll { _name, file -> file }
    def options = (given + settings).collect { name, value -> "--${name} ${value}" }.join(' ')
    """
    # code ${code}
    read_sequences.py ${options} --cut_points ${cut_points} --out ${meta.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${meta.id}
    touch ${meta.id}/task.safetensors ${meta.id}/sequences.tsv
    echo '{}' | tee ${meta.id}/task.json > record.json
    """
}
