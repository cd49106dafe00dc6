namespace LocalInference.Text.Jinja;

/// <summary>What has a value.</summary>
internal abstract class Expression(int offset) : Node(offset)
{
    /// <summary>How many expressions are nested in it, which bounds the recursion of evaluating it.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>Whether the value is a text whenever there is one, so that it may be written instead of made.</summary>
    public bool GivesText { get; protected init; }

    /// <summary>Whether the value is the same in every rendering.</summary>
    public virtual bool IsConstant => false;

    public abstract JinjaValue Evaluate(Frame frame);

    public virtual bool IsTrue(Frame frame) => PythonTruth.Of(Evaluate(frame));

    /// <summary>Writes what the value prints as.</summary>
    public virtual void Render(Frame frame, TextBuffer output)
    {
        JinjaValue value = Evaluate(frame);
        if (value.IsString)
        {
            output.Append(value);
        }
        else
        {
            PythonText.Write(value, output);
        }
    }

    public virtual void ForEachChild(Action<Expression> visit)
    {
    }
}
