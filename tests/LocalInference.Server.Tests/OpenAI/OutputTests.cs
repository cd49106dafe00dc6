using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.OpenAI;

/// <summary>The form of answers, in OpenAI's words and in llama-server's.</summary>
public sealed class OutputTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Completions = "/v1/completions";
    private const string Responses = "/v1/responses";

    [Theory]
    [InlineData(Chat, """ "response_format":{"type":"json_object"} """, typeof(JsonOutput))]
    [InlineData(Chat, """ "response_format":{"type":"json_object","schema":{"type":"array"}} """, typeof(JsonSchemaOutput))]
    [InlineData(Chat, """ "response_format":{"type":"json_object","schema":{}} """, typeof(JsonOutput))]
    [InlineData(Chat, """ "json_schema":{"type":"array"} """, typeof(JsonSchemaOutput))]
    [InlineData(Chat, """ "response_format":{"type":"text"},"grammar":"root ::= \"a\"" """, typeof(GrammarOutput))]
    [InlineData(Completions, """ "response_format":{"type":"json_schema","json_schema":{"schema":{"type":"array"}}} """, typeof(JsonSchemaOutput))]
    [InlineData(Completions, """ "json_schema":{"type":"array"} """, typeof(JsonSchemaOutput))]
    [InlineData(Completions, """ "grammar":"root ::= \"a\"" """, typeof(GrammarOutput))]
    [InlineData(Responses, """ "grammar":"root ::= \"a\"" """, typeof(GrammarOutput))]
    public async Task An_answer_has_the_form_that_is_asked_for(string path, string form, Type expected)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        await server.PostAsync(path, Body(path, form));

        Assert.IsType(expected, Assert.Single(generator.Requests).Output);
    }

    [Theory]
    [InlineData(Chat, """ "response_format":{"type":"json_object","schema":5} """, "response_format.schema")]
    [InlineData(Chat, """ "response_format":{"type":"json_object"},"json_schema":{"type":"array"} """, "json_schema")]
    [InlineData(Chat, """ "json_schema":{"type":"array"},"grammar":"g" """, "grammar")]
    [InlineData(Completions, """ "json_schema":"x" """, "json_schema")]
    [InlineData(Completions, """ "response_format":{"type":"json_object"},"grammar":"g" """, "grammar")]
    [InlineData(Responses, """ "text":{"format":{"type":"json_object"}},"grammar":"g" """, "grammar")]
    public async Task What_is_no_form_or_several_is_refused(string path, string form, string parameter)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync(path, Body(path, form));

        Assert.Equal((HttpStatusCode.BadRequest, parameter), (answer.Status, answer.Json.GetProperty("error").GetProperty("param").GetString()));
    }

    private static string Body(string path, string form)
    {
        string input = path switch
        {
            Chat => """ "messages":[{"role":"user","content":"x"}] """,
            Completions => """ "prompt":"x" """,
            _ => """ "input":"x" """,
        };
        return $$"""{"model":"chat",{{input}},{{form}}}""";
    }
}
