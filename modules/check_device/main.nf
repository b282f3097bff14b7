// Tests whether a task gets the GPU that was asked for, so that a fault shows in seconds and not after the curation.
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
