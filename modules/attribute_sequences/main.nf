include { quoted } from '../functions/parameters'
include { named_models ; tag_of } from '../functions/networks'

// Attribution maps of networks on test sequences, compared with the bases that were planted.
process ATTRIBUTE_SEQUENCES {
    tag "${tag_of(networks)}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', ...], ...], [model/, ...] in this order, task1/, and training.json
    // of all networks of the task, which say at which epochs networks are equally accurate
    tuple val(networks), path(models, stageAs: 'models/?/*'), path(motif_task), path(trainings, stageAs: 'trainings/?/*')
    val sequences   // maximum number of positive test sequences
    val seed        // of the shuffled references
    val device      // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(networks), path('attributed/*', arity: '1..*'), emit: attributed
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    attribute_sequences.py --task ${motif_task} --models ${named_models(networks, models)} --trainings ${trainings} \\
        --sequences ${sequences} --seed ${seed} --device ${device} --out attributed --tag ${quoted(task.tag)}
    """

    stub:
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p attributed/\$network
        touch attributed/\$network/attribution.{tsv,safetensors}
    done
    echo '{}' > record.json
    """
}
