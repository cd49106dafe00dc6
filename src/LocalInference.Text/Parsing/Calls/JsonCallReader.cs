using System.Text;
using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>
/// <c>{"name": …, "arguments": {…}}</c> under the keys that models use, alone, in an array, wrapped as
/// <c>{"type": "function", "function": {…}}</c>, or with the tool's name as the key.
/// </summary>
internal sealed class JsonCallReader(ParseContext context) : CallReader(context)
{
    private string? _name;
    private string? _id;
    private string? _early;
    private bool _started;
    private bool _hasArguments;

    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        bool isArray = await Reader.TakeAsync("[");
        CallOutcome outcome = CallOutcome.NotACall;
        while (true)
        {
            await Reader.SkipSpaceAsync();
            int first = await Reader.PeekAsync();
            CallOutcome next = first == '{' ? await ObjectAsync(onlyKnown) : CallOutcome.NotACall;
            if (next == CallOutcome.NotACall && outcome == CallOutcome.Complete)
            {
                EndTrial(isText: !isArray || (first != ']' && !IsCutOff));
                break;
            }

            if (next != CallOutcome.Complete)
            {
                return next;
            }

            outcome = next;
            int separator = await Reader.ComesAfterSpaceAsync(0, [",", ";", "{"]);
            if (separator < 0 || (separator == 0 && !isArray))
            {
                break;
            }

            Reader.Mark();
            await Reader.SkipSpaceAsync();
            if (separator < 2)
            {
                Reader.Advance(1);
            }
        }

        if (isArray && await Reader.ComesAfterSpaceAsync(0, ["]"]) == 0)
        {
            await Reader.SkipSpaceAsync();
            Reader.Advance(1);
        }

        await CloseAsync();
        return outcome;
    }

    private async ParseStep<CallOutcome> ObjectAsync(bool onlyKnown)
    {
        (_name, _id, _early, _started, _hasArguments) = (null, null, null, false, false);
        Reader.Advance(1);
        int depth = 1;
        while (depth > 0)
        {
            await Reader.SkipSpaceAsync();
            int c = await Reader.PeekAsync();
            if (c is '}' or ',')
            {
                Reader.Advance(1);
                depth -= c == '}' ? 1 : 0;
                continue;
            }

            string? key = c == '"' && Reader.MayLookFurther ? await TextAsync() : null;
            await Reader.SkipSpaceAsync();
            if (key is null || !await Reader.TakeAsync(":"))
            {
                return Fail();
            }

            await Reader.SkipSpaceAsync();
            int start = await Reader.PeekAsync();
            if (key == "function" && start == '{')
            {
                Reader.Advance(1);
                depth++;
            }
            else if (!await MemberAsync(key, start, onlyKnown))
            {
                return Fail();
            }
        }

        if (!_started && _name is not null)
        {
            Begin();
        }

        return _started ? Finish(true, _id) : CallOutcome.NotACall;
    }

    private async ParseStep<bool> MemberAsync(string key, int start, bool onlyKnown)
    {
        if (_name is null && start == '"' && key is "name" or "tool_name" or "function" or "function_name")
        {
            _name = await TextAsync();
            if (string.IsNullOrEmpty(_name) || (onlyKnown && !Context.IsTool(_name)))
            {
                return false;
            }

            Begin();
            return true;
        }

        if (!_hasArguments && key is "arguments" or "parameters" or "args" or "tool_input")
        {
            return await ArgumentsAsync(start);
        }

        if (key is "id" or "tool_call_id" or "call_id" && start == '"')
        {
            _id = await TextAsync();
            return _id is not null;
        }

        if (_name is null && start == '{' && (Context.IsTool(key) || Tools.NameKey.Length == 0))
        {
            _name = key;
            Begin();
            return await ArgumentsAsync(start);
        }

        string? value = await ValueAsync();
        if (key is "id" or "tool_call_id" or "call_id" && value is not "null")
        {
            _id = value;
        }

        return value is not null;
    }

    private async ParseStep<bool> ArgumentsAsync(int start)
    {
        if (_started && start == '{')
        {
            _hasArguments = true;
            return await RelayAsync(new JsonRelay());
        }

        // Arguments as a string of JSON, or before the name: read them whole, then pass them on.
        string? value = start == '"' ? await TextAsync() : await ValueAsync();
        if (value is null)
        {
            return false;
        }

        _hasArguments = true;
        value = JsonText.TryNormalize(value, python: false, out string json, out JsonValueKind kind) ? json : JsonEscapes.Quote(value);
        _early = kind == JsonValueKind.Null || value.Length == 0 ? "{}" : value;
        if (_started)
        {
            Output.Arguments(_early);
        }

        return true;
    }

    private void Begin()
    {
        _started = true;
        Start(_name!, _id);
        if (_early is not null)
        {
            Output.Arguments(_early);
        }
    }

    private CallOutcome Fail() => _started ? Finish(false, _id) : CallOutcome.NotACall;

    /// <summary>A string's text; <see langword="null"/> if it does not end in time.</summary>
    private async ParseStep<string?> TextAsync()
    {
        string? json = await ValueAsync();
        if (json is not ['"', ..])
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.GetString();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // Half a surrogate pair as it is: no name, and not text either.
            return null;
        }
    }

    /// <summary>Any value's JSON; <see langword="null"/> if it is wrong or does not end in time.</summary>
    private async ParseStep<string?> ValueAsync()
    {
        JsonRelay relay = new();
        StringBuilder value = new();
        while (true)
        {
            Reader.Advance(relay.Accept(Reader.AvailableOnTrial, value));
            if (relay.IsDone)
            {
                return value.ToString();
            }

            if (relay.HasFailed || !Reader.MayLookFurther || !await Reader.More())
            {
                return null;
            }
        }
    }
}
