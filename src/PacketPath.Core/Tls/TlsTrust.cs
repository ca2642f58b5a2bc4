using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Tls;

/// <summary>What certificates are judged by: the system's roots and, beside them, roots of the user's own. Nothing is fetched from the network.</summary>
public sealed class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const X509ChainStatusFlags Untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    private static readonly Lazy<bool> SystemHasRoots = new(LookForRoots);

    private readonly X509Certificate2Collection _own;

    private TlsTrust(X509Certificate2Collection own, IReadOnlyCollection<string> files) => (_own, Files) = (own, files);

    /// <summary>The system's roots alone.</summary>
    public static TlsTrust System { get; } = new([], []);

    /// <summary>The roots, in words.</summary>
    public string Source => Files.Count == 0 ? "system" : $"system, {string.Join(", ", Files)}";

    /// <summary>The files beside the system's roots.</summary>
    public IReadOnlyCollection<string> Files { get; }

    /// <summary>The system's roots, and the certificates of files, in PEM (one or many) or DER.</summary>
    /// <exception cref="CryptographicException">A file holds no certificate.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static TlsTrust WithFiles(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var own = new X509Certificate2Collection();
        foreach (var path in paths)
        {
            own.AddRange(Read(path));
        }

        return own.Count == 0 ? System : new TlsTrust(own, [.. paths]);
    }

    /// <summary>True where there is any root to judge by: a host without the package of public authorities has none.</summary>
    internal bool HasRoots => _own.Count > 0 || SystemHasRoots.Value;

    /// <summary>Builds the chain of a certificate; dispose it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="sent">The other certificates that came with it.</param>
    internal X509Chain Judge(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        if (_own.Count > 0)
        {
            var own = Build(certificate, sent, X509ChainTrustMode.CustomRootTrust);
            if (!IsUntrusted(own))
            {
                return own;
            }

            own.Dispose();
        }

        return Build(certificate, sent, X509ChainTrustMode.System);
    }

    private static bool IsUntrusted(X509Chain chain) => Array.Exists(chain.ChainStatus, static s => (s.Status & Untrusted) != 0);

    private X509Chain Build(X509Certificate2 certificate, X509Certificate2Collection sent, X509ChainTrustMode mode)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = mode;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.ExtraStore.AddRange(sent);
        if (mode == X509ChainTrustMode.CustomRootTrust)
        {
            policy.CustomTrustStore.AddRange(_own);
        }

        chain.Build(certificate);
        return chain;
    }

    private static bool LookForRoots()
    {
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            var roots = store.Certificates;
            foreach (var root in roots)
            {
                root.Dispose();
            }

            return roots.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static X509Certificate2Collection Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var found = new X509Certificate2Collection();
        if (bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0)
        {
            found.ImportFromPem(global::System.Text.Encoding.ASCII.GetString(bytes));
        }
        else
        {
            found.Add(new X509Certificate2(bytes));
        }

        return found.Count > 0 ? found : throw new CryptographicException("It holds no certificate.");
    }
}
