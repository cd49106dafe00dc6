using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace LocalInference.Server.Operation;

/// <summary>
/// Keeps work out of the loops that receive and send for a connection. With <c>AddDirectSends()</c> requests begin in the one that receives, and
/// what waits for the rest of a body, for the next message or for a slow reader goes on in them.
/// </summary>
internal sealed class RequestThreads : IStartupFilter
{
    /// <summary>Goes on on the thread pool.</summary>
    public static ConfiguredTaskAwaitable ToPool() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static async (context, rest) =>
        {
            await ToPool();
            await rest(context).ConfigureAwait(false);
        });
        next(app);
    };
}
