// Where a GPU is asked for, whether a task gets one: a fault shows in seconds, not after the curation.
process CHECK_DEVICE {
    label 'process_single'
    label 'process_gpu'

    input:
    val device           // 'cuda'
    val code

    output:
    val device          , emit: device
    path 'record.json'  , topic: records

    script:
    """
    # code ${code}
    check_device.py --device ${device}
    """

    stub:
    """
    # code ${code}
    echo '{}' > record.json
    """
}
