// Compares the main network with its peers without attention, on the test arc.
process COMPARE_PEERS {
    label 'process_single'

    input:
    path outputs, stageAs: 'network/*'
    path model_json, stageAs: 'network/*'
    path cnn_outputs, stageAs: 'residual_cnn/*'
    path cnn_json, stageAs: 'residual_cnn/*'
    path pwm_outputs, stageAs: 'pwm_scanner/*'
    path promoter, stageAs: 'pwm_scanner/*'
    path labels
    path split
    val seed             // of the bootstrap
    val code

    output:
    path 'peers.json' , emit: peers
    path 'peers.tsv'  , emit: table
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    compare_peers.py --network ${outputs} ${model_json} --residual_cnn ${cnn_outputs} ${cnn_json} \\
        --pwm_scanner ${pwm_outputs} ${promoter} --labels ${labels} --split ${split} --seed ${seed} --out .
    """

    stub:
    """
    # code ${code}
    touch peers.tsv
    echo '{}' | tee peers.json > record.json
    """
}
