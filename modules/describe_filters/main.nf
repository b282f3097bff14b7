include { json ; quoted } from '../functions/parameters'
include { named_models ; tag_of } from '../functions/networks'

// The first filters of networks as motifs, their matches with a database and a shuffled one, and evidence for grades.
process DESCRIBE_FILTERS {
    tag "${tag_of(networks)}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', ...], ...], [model/, ...] in this order, task1/
    tuple val(networks), path(models, stageAs: 'models/?/*'), path(motif_task)
    path motifs     // databases: MEME, TRANSFAC or JASPAR
    val seed        // of the shuffled database and sequences
    val device      // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(networks), path('described/*', arity: '1..*'), emit: described
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    describe_filters.py --task ${motif_task} --networks networks.json --models ${named_models(networks, models)} --motifs ${motifs} \\
        --seed ${seed} --device ${device} --out described --tag ${quoted(task.tag)}
    """

    stub:
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p described/\$network
        touch described/\$network/{filters,fractions,activity,evidence}.tsv described/\$network/filters_{published,equal}.meme
        echo '{}' > described/\$network/network.json
    done
    echo '{}' > record.json
    """
}
