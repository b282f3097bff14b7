/*
 * The networks of --mode filters: for each task, network and first activation some trials, and the controls that their
 * filters are compared with. A network is a map: its id, what it is, the seed it starts from, and its control.
 */

// From a preset of assets/filters/presets.json the networks of one Nextflow task each, and their training settings:
// [['1', [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', ...], ...], [batch_size: 25, ...]], ...]
def filter_networks(settings, preset) {
    return preset.tasks.collectMany { number, task ->
        def all = [task.networks, preset.activations].combinations().collectMany { network, activation ->
            trials(settings, number, network, activation, null, settings.trials ?: preset.trials, 0) +
                trials(settings, number, network, activation, 'untrained', preset.untrained, 1000) +
                trials(settings, number, network, activation, 'shuffled', preset.shuffled, 2000)
        }
        all.collate(settings.networks_per_task).collect { networks -> [number, networks, task.training] }
    }
}

// control: null for networks that learn the task, 'untrained', or 'shuffled' for those that learn shuffled labels
def trials(settings, number, network, activation, control, count, seeds) {
    return (count > 0 ? (1..count).toList() : []).collect { trial ->
        def parts = ["task${number}", network, activation, control, trial.toString().padLeft(2, '0')]
        [id: parts.findAll().join('_'), task: number, network: network, activation: activation, control: control,
            trial: trial, seed: settings.seed + seeds + trial - 1]
    }
}
