namespace LocalInference.Text.Jinja;

/// <summary>Collects the statements of a block. Text, and constants that are printed between it, become one statement.</summary>
internal sealed class StatementList
{
    private readonly List<Statement> _statements = [];
    private readonly List<string> _texts = [];
    private int _textOffset;

    public void Add(Statement statement)
    {
        EndText();
        _statements.Add(statement);
    }

    public void AddText(int offset, string text)
    {
        if (_texts.Count == 0)
        {
            _textOffset = offset;
        }

        _texts.Add(text);
    }

    public void AddPrint(int offset, Expression value)
    {
        if (value is ConstantExpression { Value.IsString: true } constant)
        {
            AddText(offset, constant.Value.TextString());
        }
        else
        {
            Add(new PrintStatement(offset, value));
        }
    }

    public Statement[] ToArray()
    {
        EndText();
        return [.. _statements];
    }

    private void EndText()
    {
        if (_texts.Count > 0)
        {
            _statements.Add(new TextStatement(_textOffset, string.Concat(_texts)));
            _texts.Clear();
        }
    }
}
