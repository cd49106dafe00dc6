namespace LocalInference.Text.Jinja;

internal sealed class IfStatement(int offset, (Expression Test, Statement[] Body)[] branches, Statement[] otherwise) : Statement(offset)
{
    public (Expression Test, Statement[] Body)[] Branches => branches;

    public Statement[] Otherwise => otherwise;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        foreach ((Expression test, Statement[] body) in branches)
        {
            if (test.IsTrue(frame))
            {
                return Execute(body, frame, output);
            }
        }

        return Execute(otherwise, frame, output);
    }
}
