using System.Text;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Generation;

/// <summary>Puts the contents of a message together in their order. Pieces of a text or of a thought that follow each other are one content.</summary>
internal sealed class MessageContents
{
    private readonly List<AIContent> _contents = [];
    private readonly StringBuilder _pieces = new();
    private bool _areThoughts;

    public void AddText(string text) => Append(text, areThoughts: false);

    public void AddThought(string text) => Append(text, areThoughts: true);

    /// <summary>Signs the thought that was added last. Without one before it, the signature is of thoughts that nobody sends.</summary>
    public void Sign(string signature)
    {
        if (!_areThoughts)
        {
            Close();
        }

        _contents.Add(Thought.Of(_pieces.ToString(), signature));
        _pieces.Clear();
    }

    public void Add(AIContent content)
    {
        Close();
        _contents.Add(content);
    }

    /// <summary>All that was added.</summary>
    public List<AIContent> ToList()
    {
        Close();
        return _contents;
    }

    private void Append(string piece, bool areThoughts)
    {
        if (_areThoughts != areThoughts)
        {
            Close();
            _areThoughts = areThoughts;
        }

        _pieces.Append(piece);
    }

    private void Close()
    {
        if (_pieces.Length == 0)
        {
            return;
        }

        string whole = _pieces.ToString();
        AIContent content = _areThoughts ? Thought.Of(whole) : new TextContent(whole);
        _contents.Add(content);
        _pieces.Clear();
    }
}
