namespace LocalInference.Text;

#pragma warning disable CA1720 // These are the names of a language's types; any others would have to be translated in every reader's head.
/// <summary>The types of values that a Jinja template computes with. They are Python's.</summary>
public enum JinjaValueKind
{
    /// <summary>A name, attribute or item that does not exist. Prints as nothing; most other uses fail.</summary>
    Undefined,

    /// <summary>Python's <c>None</c>.</summary>
    None,

    /// <summary><c>True</c> or <c>False</c>; counts as 1 or 0 in arithmetic.</summary>
    Boolean,

    /// <summary>An integer of any size.</summary>
    Integer,

    /// <summary>A floating-point number of 64 bits.</summary>
    Float,

    /// <summary>A text.</summary>
    String,

    /// <summary>A list, a tuple, a range, or the view of a map's keys, values or items.</summary>
    List,

    /// <summary>An ordered map.</summary>
    Map,

    /// <summary>What can be called: a macro, a method or one of the language's functions.</summary>
    Function,

    /// <summary>Anything else that the language makes: an iterator, a namespace, the <c>loop</c> of a for block.</summary>
    Object,
}
