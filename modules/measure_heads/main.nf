include { json ; quoted } from '../functions/parameters'
include { tag_of } from '../functions/networks'

// How sharply each head looks on the test arc, and at which sequence; the same for every network, controls or not.
process MEASURE_HEADS {
    tag "${tag_of(networks)}"
    label 'process_medium'
    label 'process_gpu'

    input:
    tuple val(networks), path(models, stageAs: 'models/?/*', arity: '1..*')    // [[id: 'curated', seed: 1], ...], [model/, ...]
    path labels
    path split
    path genome
    path genome_json
    val positions        // of the test arc, on which heads are measured
    val seed             // of the windows drawn at random
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(networks), path('measured/*', arity: '1..*'), emit: measured    // measured/curated, ...
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    measure_heads.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --split ${split} \\
        --networks networks.json --models ${models.join(' ')} --positions ${positions} --seed ${seed} \\
        --threads ${task.cpus} --device ${device} --out measured --tag ${quoted(task.tag)}
    """

    stub:
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p measured/\$network
        touch measured/\$network/{evidence.safetensors,logos.tsv,windows.tsv}
        echo '{}' > measured/\$network/measured.json
    done
    for network in ${networks.findAll { network -> !network.control }.collect { network -> network.id }.join(' ')}; do
        touch measured/\$network/parts.safetensors
    done
    for network in ${networks.findAll { network -> !(network.control in ['random', 'rotated']) }.collect { network -> network.id }.join(' ')}; do
        touch measured/\$network/words.tsv
    done
    echo '{}' > record.json
    """
}
