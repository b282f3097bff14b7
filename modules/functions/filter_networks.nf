include { numbered } from './networks'

/*
 * The networks of --mode filters: for each task, network and first activation some trials, and the controls that their
 * filters are compared with. A network is a map: its id, what it is, the seed it starts from, and its control.
 */

// The tasks of a run, from a preset of assets/filters/presets.json: windows around curated sites, the user's own
// sequences, or the simulated ones:
// [task1: [number: '1', sequences: 8600, length: 200, networks: ['cnn-2'], training: [batch_size: 25]], task3: [...]]
def filter_tasks(settings, preset) {
    if (settings.input) {
        return [sites: preset.sites]
    }
    return settings.positives || settings.hdf5 ? [sequences: preset.sequences] : preset.tasks
}

// What READ_SEQUENCES is asked for: [background: 'genome', split: '70/20/10', seed: 1, length: 200, ...]. Sites without
// negatives get a background from their genome.
def sequence_settings(settings) {
    def drawn = settings.input && !settings.negatives ? 'genome' : null
    def names = ['split', 'circular', 'seed', 'upstream', 'downstream']
    return [background: settings.background ?: drawn, length: settings.sequence_length]
        .plus(settings.subMap(names))
        .findAll { _name, value -> value != null }
}

// The networks of one Nextflow task each, and their training settings:
// [['task1', [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', ...], ...], [batch_size: 25, ...]], ...]
def filter_networks(settings, preset) {
    return filter_tasks(settings, preset).collectMany { name, task ->
        def all = [task.networks, preset.activations].combinations().collectMany { network, activation ->
            trials(settings, name, network, activation, null, settings.trials ?: preset.trials, 0) +
                trials(settings, name, network, activation, 'untrained', preset.untrained, 1000) +
                trials(settings, name, network, activation, 'shuffled', preset.shuffled, 2000)
        }
        // Attribution maps are compared at equal accuracy as well, which needs the weights of further epochs.
        def training = task.training + [keep_levels: (task.attributed ?: 0) > 0]
        all.collate(settings.networks_per_task).collect { networks -> [name, networks, training] }
    }
}

// control: null for networks that learn the task, 'untrained', or 'shuffled' for those that learn shuffled labels
def trials(settings, name, network, activation, control, count, seeds) {
    return numbered(count).collect { trial ->
        [id: [name, network, activation, control, trial.toString().padLeft(2, '0')].findAll().join('_'), task: name,
            network: network, activation: activation, control: control, trial: trial,
            seed: settings.seed + seeds + trial - 1]
    }
}
