#!/usr/bin/env nextflow

/*
 * Attentome: what networks that are trained on sequences look at.
 * --mode heads: TSS sets and a genome go in; a trained transformer and a page for each attention head come out.
 * --mode filters: motifs go in; what the first filters of convolutional networks spell comes out.
 */

include { code_version } from './modules/functions/code_version'
include { typed_parameters ; usable_parameters } from './modules/functions/parameters'

include { CHECK_DEVICE    } from './modules/check_device'
include { EXPLAIN_FILTERS } from './modules/subworkflows/explain_filters'
include { EXPLAIN_HEADS   } from './modules/subworkflows/explain_heads'

workflow {
    // [preset: 'tiny', seed: 1, window: null, ...]: as given, for the check, and with defaults in place of wrong values
    schema   = file("${projectDir}/nextflow_schema.json")
    given    = typed_parameters(params, schema)
    settings = usable_parameters(given, schema)

    // 'auto', 'cpu' or 'cuda'; a GPU that is asked for is tried first
    CHECK_DEVICE(channel.of('cuda').filter { wanted -> settings.device == wanted }, code_version('check_device.py'))
    ch_device = settings.device == 'cuda' ? CHECK_DEVICE.out.device.first() : channel.value(settings.device)

    if (settings.mode == 'filters') {
        EXPLAIN_FILTERS(given, settings, schema, ch_device)
    }
    else {
        EXPLAIN_HEADS(given, settings, schema, ch_device)
    }
}
