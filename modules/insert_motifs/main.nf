include { quoted } from '../functions/parameters'
include { named_models ; tag_of } from '../functions/networks'

// What the outputs of networks gain from motifs inserted into null sequences: single ones, pairs, and sets.
process INSERT_MOTIFS {
    tag "${tag_of(networks)}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', ...], ...], [model/, ...] in this order, task1/, folders of
    // DESCRIBE_FILTERS, and the maximum number of null sequences
    tuple val(networks), path(models, stageAs: 'models/?/*'), path(motif_task),
        path(described, stageAs: 'described/*'), val(sequences)
    path motifs     // databases: MEME, TRANSFAC or JASPAR
    val seed        // of the null sequences and of what is inserted
    val device      // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(networks), path('inserted/*', arity: '1..*'), emit: inserted
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    insert_motifs.py --task ${motif_task} --models ${named_models(networks, models)} --described ${described} \\
        --motifs ${motifs} --sequences ${sequences} --seed ${seed} --device ${device} --out inserted --tag ${quoted(task.tag)}
    """

    stub:
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p inserted/\$network
        touch inserted/\$network/{motifs,pairs,sets_of_motifs}.tsv
    done
    echo '{}' > record.json
    """
}
