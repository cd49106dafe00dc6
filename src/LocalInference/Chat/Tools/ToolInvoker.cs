using System.Diagnostics;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference;

/// <summary>Makes single calls and turns whatever goes wrong into something that a model can be told.</summary>
internal sealed class ToolInvoker(ToolInvokingOptions settings)
{
    private readonly ILogger _log = new TolerantLogger(settings.LoggerFactory?.CreateLogger("LocalInference.Tools") ?? NullLogger.Instance);

    public async Task<ToolOutcome> InvokeAsync(FunctionCallContent call, AITool? tool, IReadOnlyList<ChatMessage> messages, int iteration, CancellationToken cancellationToken)
    {
        // Functions that block before they wait would run one after the other, and before the caller goes on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (tool?.GetService<AIFunction>() is not { } function)
        {
            return Refuse(call, "tool_unknown", $"There is no function named '{call.Name}'.");
        }

        if (call.Exception is { } malformed)
        {
            ToolLog.Refused(_log, call.CallId, "tool_arguments_invalid");
            return ToolOutcome.Failed(call, $"The arguments cannot be read: {malformed.Message}", malformed);
        }

        try
        {
            var arguments = new AIFunctionArguments(call.Arguments, StringComparer.Ordinal) { Services = settings.Services };
            if (settings.ValidateArguments && Check(arguments, function) is { Count: > 0 } faults)
            {
                return Refuse(call, "tool_arguments_invalid", $"The arguments do not match the function's schema: {string.Join("; ", faults)}.");
            }

            var invocation = new ToolInvocation { Call = call, Function = function, Arguments = arguments, Messages = messages, Iteration = iteration };
            return await InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            Type kind = e.GetType();
            ToolLog.Failed(_log, call.Name, call.CallId, kind);
            return ToolOutcome.Failed(call, settings.IncludeErrorDetails ? e.Message : "The function failed.", e);
        }
    }

    private async ValueTask<ToolOutcome> InvokeAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        FunctionCallContent call = invocation.Call;
        if (settings.Approve is { } approve)
        {
            ToolApproval approval = await approve(invocation, cancellationToken).ConfigureAwait(false);
            if (!approval.IsAllowed)
            {
                ToolLog.Denied(_log, call.Name, call.CallId);
                return approval.IsStop ? new ToolOutcome(null, Ends: true) : ToolOutcome.Told(call, approval.Reason!);
            }
        }

        using Activity? activity = LocalInferenceTelemetry.Source.StartActivity($"execute_tool {call.Name}", ActivityKind.Internal);
        activity?.SetTag("gen_ai.operation.name", "execute_tool");
        activity?.SetTag("gen_ai.tool.name", call.Name);
        activity?.SetTag("gen_ai.tool.call.id", call.CallId);
        long start = Stopwatch.GetTimestamp();
        try
        {
            object? result = settings.Invoke is { } invoke
                ? await invoke(invocation, cancellationToken).ConfigureAwait(false)
                : await invocation.Function.InvokeAsync(invocation.Arguments, cancellationToken).ConfigureAwait(false);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            ToolLog.Invoked(_log, call.Name, call.CallId, elapsed.TotalMilliseconds);
            return new ToolOutcome(new FunctionResultContent(call.CallId, result ?? "Done: the function has no result."), invocation.Terminate);
        }
        catch (Exception e)
        {
            activity?.SetTag("error.type", e.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private static IReadOnlyList<string> Check(AIFunctionArguments arguments, AIFunction function)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in arguments)
            {
                writer.WritePropertyName(name);
                if (value is null)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    JsonSerializer.Serialize(writer, value, function.JsonSerializerOptions.GetTypeInfo(value.GetType()));
                }
            }

            writer.WriteEndObject();
        }

        using JsonDocument json = JsonDocument.Parse(stream.GetBuffer().AsMemory(0, (int)stream.Length));
        return JsonSchemaValidator.Validate(function.JsonSchema, json.RootElement);
    }

    private ToolOutcome Refuse(FunctionCallContent call, string code, string reason)
    {
        ToolLog.Refused(_log, call.CallId, code);
        return ToolOutcome.Failed(call, reason, ExceptionFactory.Generation(code, reason, "Call a function that there is, with arguments that its schema allows."));
    }
}
