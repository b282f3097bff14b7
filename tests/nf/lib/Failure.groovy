/** How a run ends when it cannot go on. */
class Failure {

    /** It failed, the task ended with this exit status, and its output says each of these texts in plain words. */
    static boolean reported(run, int status, String... texts) {
        def output = run.stdout.join('\n')
        assert run.failed
        assert output.contains("Command exit status:\n  ${status}\n")
        assert !output.contains('Traceback')
        texts.each { text -> assert output.contains(text) }
        return true
    }
}
